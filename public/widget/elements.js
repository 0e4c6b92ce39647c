// Makes elements without markup: nothing here is a sink of Trusted Types, or needs a style in a page's policy.

/** Makes an element with these properties and children. */
export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
