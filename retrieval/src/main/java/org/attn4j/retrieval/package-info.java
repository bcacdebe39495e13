/**
 * Retrieval: documents cut into passages, an index of them with vectors beside BM25 (Lucene), and
 * the fusion of what both find.
 */
package org.attn4j.retrieval;
