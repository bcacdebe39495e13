/**
 * The mechanisms, one file each, all of them an {@link org.attn4j.attention.Attention}.
 *
 * <p>Take {@link org.attn4j.attention.mechanism.MultiHeadAttention} for layers of a transformer:
 * self, masked and cross attention, with as many key and value heads as the cache may cost. Take
 * {@link org.attn4j.attention.mechanism.DotProductAttention} where queries and keys live in one
 * space already and nothing is to be learned.
 */
package org.attn4j.attention.mechanism;
