import { expect, it } from 'vitest';
import { dataType, mimeData } from '../../src/kernel/mime.ts';

it('JSON types hold JSON, every other type text', () => {
  expect(mimeData({ 'text/plain': 3, 'application/vnd.vegalite.v5+json': {}, 'text/html': undefined })).toEqual({
    'text/plain': '3',
    'application/vnd.vegalite.v5+json': {},
  });
});

it('what is written for people is what a notebook shows: JSON beside it goes under a type of ours', () => {
  const table = { 'text/plain': 'a\n1', 'text/html': '<table>', 'application/json': [{ a: 1 }] };
  expect(mimeData(table)).toEqual({ 'text/plain': 'a\n1', 'text/html': '<table>', [dataType]: [{ a: 1 }] });
  expect(mimeData({ 'text/plain': '{ a: 1 }', 'application/json': { a: 1 } })).toEqual({
    'text/plain': '{ a: 1 }',
    [dataType]: { a: 1 },
  });
});

it('JSON that was asked for, or has no text beside it, stays JSON', () => {
  const asked = { 'text/plain': JSON.stringify({ a: 1 }, null, 2), 'application/json': { a: 1 } };
  expect(mimeData(asked)).toEqual(asked);
  expect(mimeData({ 'application/json': { a: 1 } })).toEqual({ 'application/json': { a: 1 } });
});
