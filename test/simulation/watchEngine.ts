import { patchEngine } from './patchEngine.ts';
import { WATCHED } from './plannerWatch.ts';

/** Loaded before the engine: its planner tells which row of the merge table it is at. */
patchEngine('the watch on the planner', WATCHED);
