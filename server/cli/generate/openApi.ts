import { openApiDocument } from '../../http/openapi.ts';
import { VERSION } from '../../version.ts';

/** The document as the server answers it, for an address that stands for anybody's. */
export function openApiText(): string {
  return JSON.stringify(
    openApiDocument({ publicUrl: 'https://sync.example.com', version: VERSION }),
    null,
    2,
  );
}
