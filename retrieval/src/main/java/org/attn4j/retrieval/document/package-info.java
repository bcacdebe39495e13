/** What documents are read from: text, Markdown, HTML, JSON lines, tab-separated values and PDF. */
package org.attn4j.retrieval.document;
