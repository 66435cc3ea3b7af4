import { BREAKAGES } from './breakages.ts';
import { patchEngine } from './patchEngine.ts';

/** Loaded before the engine: the breakage that the environment names is in the source of its modules, and nowhere else. */
const name = process.env['SIMULATION_BREAK'] ?? '';

patchEngine(name, BREAKAGES[name] ?? []);
