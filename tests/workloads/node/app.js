// SPDX-License-Identifier: Apache-2.0
// A small web application: files, compression, keys in the thread pool, a worker thread, a child process.
"use strict";
const { execFile } = require("child_process");
const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const { Worker } = require("worker_threads");
const zlib = require("zlib");

const FILE = "/tmp/notes.txt";

function answer(res, status, body) {
	res.writeHead(status, { "Content-Type": "text/plain" });
	res.end(body);
}

function fail(res) {
	return (error) => answer(res, 500, String(error));
}

const pages = {
	"/health": (req, res) => answer(res, 200, "well\n"),
	"/notes": async (req, res) => {
		if (req.method === "POST") {
			for await (const chunk of req)
				await fs.promises.appendFile(FILE, chunk);
			return answer(res, 201, "");
		}
		fs.createReadStream(FILE).on("error", fail(res)).pipe(res);
	},
	"/zip": (req, res) =>
		zlib.gzip(Buffer.alloc(1 << 20, "x"), (error, packed) =>
			error ? fail(res)(error) : answer(res, 200, String(packed.length))),
	"/key": (req, res) =>
		crypto.pbkdf2("secret", crypto.randomBytes(16), 1000, 32, "sha256", (error, key) =>
			error ? fail(res)(error) : answer(res, 200, key.toString("hex"))),
	"/worker": (req, res) =>
		new Worker('require("worker_threads").parentPort.postMessage([...Array(1e5).keys()].length)',
			{ eval: true })
			.on("message", (n) => answer(res, 200, String(n)))
			.on("error", fail(res)),
	"/child": (req, res) =>
		execFile("uname", ["-m"], (error, out) => (error ? fail(res)(error) : answer(res, 200, out))),
	"/garbage": (req, res) => {
		let kept = [];
		for (let i = 0; i < 2e5; i++)
			kept.push({ i, text: "number " + i });
		answer(res, 200, String(kept.length));
		kept = null;
	},
};

const server = http.createServer((req, res) =>
	(pages[req.url] || ((_, r) => answer(r, 404, "no such page\n")))(req, res));
server.listen(3000, "0.0.0.0", () => console.log("listening on 3000"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
