// SPDX-License-Identifier: Apache-2.0
// The client of app.js, run inside its container: every page, checked, one by one and many at once.
"use strict";
const http = require("http");
const ping = process.argv[2] === "--ping";
const port = ping && process.argv[3] ? Number(process.argv[3]) : 3000;

function get(path, body) {
	return new Promise((done, failed) => {
		const req = http.request(
			{ host: "127.0.0.1", port, path, method: body ? "POST" : "GET", timeout: 10000 },
			(res) => {
				let text = "";
				res.on("data", (chunk) => (text += chunk));
				res.on("end", () => done({ status: res.statusCode, text }));
			});
		req.on("error", failed).on("timeout", () => failed(new Error(path + " takes too long")));
		req.end(body);
	});
}

async function expect(path, status, body) {
	const answer = await get(path, body);
	if (answer.status !== status)
		throw new Error(`${path}: ${answer.status} ${answer.text}`);
	return answer.text;
}

async function exercise(rounds) {
	for (let i = 0; i < rounds; i++) {
		await expect("/notes", 201, `note ${i}\n`);
		if (!(await expect("/notes", 200)).includes(`note ${i}\n`))
			throw new Error(`note ${i} did not come back`);
	}
	for (const path of ["/zip", "/key", "/worker", "/child", "/garbage"])
		await expect(path, 200);
	await Promise.all(Array.from({ length: 20 }, (_, i) =>
		expect(["/key", "/zip", "/health", "/garbage"][i % 4], 200)));
	await expect("/nowhere", 404);
	console.log(`${rounds} notes written and read`);
}

const what = ping ? expect("/health", 200) : exercise(Number(process.argv[2] || 5));
what.catch((error) => {
	console.error("client: " + error.message);
	process.exitCode = 1;
});
