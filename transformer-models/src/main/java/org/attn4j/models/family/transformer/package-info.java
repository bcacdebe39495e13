/**
 * The encoder-decoder Transformer of Vaswani et al. 2017, "Attention Is All You Need", with its
 * layers, heads, sizes, norm order, positions, tying and dropout as hyperparameters: {@link
 * org.attn4j.models.family.transformer.TransformerConfig} describes one, {@link
 * org.attn4j.models.family.transformer.TransformerModel} is one.
 */
package org.attn4j.models.family.transformer;
