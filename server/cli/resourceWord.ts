import type { AnyResource } from '../../shared/resources/define.ts';
import { isResourceName, resourceNamed, RESOURCES } from '../../shared/resources/index.ts';
import { CliProblem, EXIT } from './problem.ts';

/** @throws CliProblem when no resource has the name. */
export function resourceWord(name: string): AnyResource {
  if (isResourceName(name)) return resourceNamed(name);
  const names = RESOURCES.map((resource) => resource.name).join(', ');
  throw new CliProblem(`There is no resource "${name}". They are: ${names}.`, EXIT.wrongUse);
}
