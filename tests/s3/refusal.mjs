// An answer that is no success, in S3's own form.
export function escaped(text) {
  return String(text).replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function element(name, content) {
  return `<${name}>${content}</${name}>`;
}

export class Refusal extends Error {
  constructor(status, code, message, more = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.more = more; // further elements
  }

  reply() {
    const elements = { Code: this.code, Message: this.message, ...this.more, RequestId: 'TESTREQUEST' };
    const inner = Object.entries(elements).map(([name, text]) => element(name, escaped(text)));
    return {
      status: this.status,
      headers: { 'Content-Type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', inner.join(''))}`,
    };
  }
}
