// Writes express4.json: query strings and what Express 4 makes of the parameter
// "limit" of each. Run where the npm package qs 6.16.2 is installed:
// node generate.mjs > express4.json
import { createRequire } from 'node:module';
const qs = createRequire(process.cwd() + '/')('qs');
const fixed = ['', 'limit=1', 'limit', 'limit=', '=1', '&&', 'limit=1&limit=2', 'limit[]=1', 'limit[]=1&limit[]=2', 'limit[0]=1', 'limit[3]=1&limit[1]=2',
  'limit[a]=1', 'limit[a]=1&limit[b]=2', 'limit[10]=1&limit[2]=2', 'limit[25]=1', 'limit[a][b][c][d][e][f][g]=1', 'limit=%zz', 'limit=a+b%20c', 'limit=%FF',
  'limit%5B%5D=1', 'limit%5Ba%5D=1', 'limit=1&limit[]=2', 'limit[]=1&limit=2', 'limit=1&limit[a]=2', 'limit[a]=1&limit=2', 'limit[]=1&limit[a]=2', 'limit[a]=1&limit[]=2',
  'limit[=1', 'limit]=1', 'limit[a=1', 'limit=1=2', 'limit[]', 'limit[][a]=1', 'limit[__proto__]=1', '__proto__[limit]=1', '[limit]=1', 'limit[a]=&limit[a]=2', 'limit=é',
  'limit[]=&limit[]=', 'limit[][]=1', 'limit=%00', Array(21).fill('limit=1').join('&'), 'limit[1200]=1', Array(25).fill('limit[]=x').join('&'), 'limit[0]=a&limit[0]=b', 'limit[01]=a', 'limit[-1]=a',
  Array(1001).fill('a=1').join('&') + '&limit=2', 'limit[constructor]=1', 'limit[a]b=1', 'limit.a=1', 'limit=1,2'];
const parts = ['limit', 'limit[]', 'limit[a]', 'limit[0]', 'limit[1]', 'limit[a][b]', 'offset'];
let seed = 3;
const random = n => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 8) % n; };
for (let i = 0; i < 150; i++) {
  const list = [];
  for (let k = random(3) + 1; k--;) list.push(parts[random(parts.length)] + '=' + random(5));
  fixed.push(list.join('&'));
}
const lines = fixed.map(query => JSON.stringify({ query, limit: JSON.stringify(qs.parse(query, { allowPrototypes: true, arrayLimit: 1000 }).limit) ?? 'undefined' }));
process.stdout.write('[\n' + lines.join(',\n') + '\n]\n');
