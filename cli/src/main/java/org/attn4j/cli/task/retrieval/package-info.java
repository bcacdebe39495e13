/** Training of embeddings and of rerankers, on pairs of texts and on retrieval collections. */
package org.attn4j.cli.task.retrieval;
