/**
 * ELECTRA (Clark et al. 2020, "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than
 * Generators"): BERT's layers on embeddings that may be smaller than the model, no pooler, and a
 * discriminator that tells replaced tokens.
 */
package org.attn4j.models.family.electra;
