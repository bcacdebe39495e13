/**
 * GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"): norms before
 * the sublayers, learned positions, and a language head tied to the embedding.
 */
package org.attn4j.models.family.gpt2;
