/**
 * The parts that transformer stacks are composed of: encoder and decoder layers, the feed-forward
 * block, layer normalisation, embeddings and the output projection.
 *
 * <p>Layers take their attention, norms and feed-forward blocks by injection, so one layer serves
 * every model family and every attention mechanism. The letters of the shape comments are those of
 * {@link org.attn4j.attention}: B batch, T query length, S key length, D model size; V is the
 * vocabulary size.
 */
package org.attn4j.models.layer;
