/**
 * The mechanisms, one file each. Those that read a query, a key and a value are an {@link
 * org.attn4j.attention.Attention}; composite ones take and give records of their own.
 *
 * <ul>
 *   <li>Layers of a transformer: {@link org.attn4j.attention.mechanism.MultiHeadAttention}, for
 *       self, masked and cross attention, with as many key and value heads as the cache may cost;
 *       {@link org.attn4j.attention.mechanism.DotProductAttention} where queries and keys live in
 *       one space already and nothing is to be learned.
 *   <li>Recurrent decoders and short sequences: {@link
 *       org.attn4j.attention.mechanism.AdditiveAttention} (Bahdanau), {@link
 *       org.attn4j.attention.mechanism.GlobalAttention} (Luong: dot, general, concat, location),
 *       {@link org.attn4j.attention.mechanism.SoftAttention} with a gate, {@link
 *       org.attn4j.attention.mechanism.CoverageAttention} where nothing should be used twice.
 *   <li>One position at a time: {@link org.attn4j.attention.mechanism.HardAttention}, sampled, with
 *       {@link org.attn4j.attention.mechanism.Reinforce} as one of its two ways to learn.
 * </ul>
 *
 * <p>{@code attn4j mechanisms} lists all of them with their equations, papers and costs, from
 * {@link org.attn4j.attention.spec.Mechanisms}.
 */
package org.attn4j.attention.mechanism;
