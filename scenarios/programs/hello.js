// SPDX-License-Identifier: GPL-2.0-or-later
// Node's own http server, as its documentation begins with it, on the port that is its argument.
require('http').createServer((request, response) => response.end('hello\n')).listen(Number(process.argv[2]), '0.0.0.0');
