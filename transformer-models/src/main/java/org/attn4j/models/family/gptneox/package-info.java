/**
 * GPT-NeoX (Black et al. 2022, "GPT-NeoX-20B: An Open-Source Autoregressive Language Model") and
 * Pythia: attention and feed-forward side by side, and rotary positions of a part of each head.
 */
package org.attn4j.models.family.gptneox;
