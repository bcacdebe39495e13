/** The verbs that index documents, search in them, and answer from them. */
package org.attn4j.cli.retrieval;
