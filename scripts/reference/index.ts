import { authorisationPage } from './authorisation-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';

/** Every generated page: path from the root of the repository, and what must stand there. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'docs/authorisation.md': authorisationPage,
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
};
