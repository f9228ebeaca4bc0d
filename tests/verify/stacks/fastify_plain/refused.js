// A refusal; the error handler puts it into the form of the API.

export class Refused extends Error {
  constructor (statusCode, message) {
    super(message)
    this.statusCode = statusCode
  }
}
