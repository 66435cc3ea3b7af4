import { VARIABLES } from '../../config.ts';
import { markdown } from './fieldTable.ts';

/** Every variable of the environment as a table in Markdown. */
export function variableTable(): string {
  const rows = Object.entries(VARIABLES).map(([name, { meaning }]) => [`\`${name}\``, meaning]);
  return markdown(['Variable', 'Meaning'], rows);
}
