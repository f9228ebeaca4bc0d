// @ts-nocheck: it takes the place of a function with many forms
// Records the requests that are sent with `http.request` from now on.
import http from "node:http";

export const sent = [];

const { request } = http;
http.request = (options, answered) => {
  const made = request(options, answered);
  const { end } = made;
  made.end = (text) => {
    sent.push({ method: options.method, path: options.path, body: text === undefined ? null : JSON.parse(text) });
    return end.call(made, text);
  };
  return made;
};
