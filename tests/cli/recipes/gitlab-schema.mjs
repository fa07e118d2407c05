// SPDX-License-Identifier: GPL-2.0-or-later
// usage: gitlab-schema.mjs FOLDER: the JSON Schema of .gitlab-ci.yml, from the package gitlab-ci-local in FOLDER, as JSON
import path from "path";
import { pathToFileURL } from "url";

import(pathToFileURL(path.resolve(process.argv[2], "src/schema/schema.js"))).then(({ schema }) =>
	process.stdout.write(JSON.stringify(schema))
);
