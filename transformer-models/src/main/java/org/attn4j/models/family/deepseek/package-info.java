/**
 * DeepSeek-V2 and DeepSeek-V3 (DeepSeek-AI 2024): multi-head latent attention, and a mixture of
 * experts in all but the first layers.
 */
package org.attn4j.models.family.deepseek;
