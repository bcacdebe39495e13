/**
 * What decoder-only language models share: the body of embeddings and causal layers, the language
 * head, decoding with a cache, and the heads that classify by the last token.
 */
package org.attn4j.models.model.causal;
