import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Folders that hold source of ours; everything else is generated, data or somebody else's. */
const FOLDERS = ['src', 'http', 'schema', 'sso', 'jobs', 'console', 'simulators', 'bench', 'scripts', 'test'];

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the root for a file of ours, `null` for a package. */
  readonly file: string | null;
  readonly typeOnly: boolean;
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
}

export interface SourceFile {
  /** Path from the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSize[];
  readonly hasDecorators: boolean;
  readonly hasDefaultExport: boolean;
}

const walk = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : walk(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });

const existing = (folder: string): string[] => {
  try {
    return walk(join(ROOT, folder));
  } catch {
    return [];
  }
};

const slashed = (path: string): string => path.replaceAll('\\', '/');

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

interface FunctionNode {
  readonly start: number;
  readonly end: number;
  readonly params: readonly unknown[];
  readonly id?: { readonly name: string } | null;
}

const parse = (absolute: string): SourceFile => {
  const text = readFileSync(absolute, 'utf8');
  const path = slashed(relative(ROOT, absolute));
  const { program, errors } = parseSync(absolute, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const imports: Import[] = [];
  const functions: FunctionSize[] = [];
  let hasDecorators = false;
  let hasDefaultExport = false;
  const addImport = (specifier: string, typeOnly: boolean): void => {
    const isOurs = specifier.startsWith('.');
    const file = isOurs ? slashed(relative(ROOT, resolve(dirname(absolute), specifier))) : null;
    imports.push({ specifier, file, typeOnly });
  };
  const addFunction = (node: FunctionNode): void => {
    const line = lineOf(text, node.start);
    const lines = lineOf(text, node.end) - line + 1;
    functions.push({ name: node.id?.name ?? '(unnamed)', line, lines, parameters: node.params.length });
  };
  new Visitor({
    ImportDeclaration: (node) => addImport(node.source.value, node.importKind === 'type'),
    ExportAllDeclaration: (node) => addImport(node.source.value, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) addImport(node.source.value, node.exportKind === 'type');
    },
    ImportExpression: (node) => {
      if (node.source.type === 'Literal') addImport(String(node.source.value), false);
    },
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: addFunction,
    Decorator: () => {
      hasDecorators = true;
    },
    ExportDefaultDeclaration: () => {
      hasDefaultExport = true;
    },
  }).visit(program);
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    imports,
    functions,
    hasDecorators,
    hasDefaultExport,
  };
};

/** Every source file of the repository, parsed once. */
export const sourceFiles: readonly SourceFile[] = [
  ...FOLDERS.flatMap(existing).sort().map(parse),
  parse(join(ROOT, 'vitest.config.ts')),
];
