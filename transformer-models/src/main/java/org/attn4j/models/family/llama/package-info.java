/**
 * Llama (Touvron et al. 2023, "LLaMA: Open and Efficient Foundation Language Models") and Mistral
 * (Jiang et al. 2023, "Mistral 7B"), which is the same with a window: root mean square norms before
 * the sublayers, rotary positions, grouped queries and a gated feed-forward block.
 */
package org.attn4j.models.family.llama;
