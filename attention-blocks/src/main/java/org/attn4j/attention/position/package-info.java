/**
 * How a model knows the order of a sequence: added to embeddings ({@link
 * org.attn4j.attention.position.SinusoidalPositions}, {@link
 * org.attn4j.attention.position.LearnedPositions}), turned into queries and keys ({@link
 * org.attn4j.attention.position.RotaryEmbedding}), or added to scores ({@link
 * org.attn4j.attention.position.Alibi}, {@link
 * org.attn4j.attention.position.RelativePositionBias}).
 */
package org.attn4j.attention.position;
