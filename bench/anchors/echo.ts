/* The least that a Node process can do before it answers: node:http, nothing else loaded. */
import { createServer } from 'node:http';
import { serve } from './serve.ts';

await serve(
  createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end('{"data":null}');
    });
  }),
);
