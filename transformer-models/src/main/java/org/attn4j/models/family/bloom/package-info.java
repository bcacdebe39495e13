/**
 * Bloom (BigScience Workshop 2022, "BLOOM: A 176B-Parameter Open-Access Multilingual Language
 * Model"): ALiBi in the place of positions, and a norm of the embeddings.
 */
package org.attn4j.models.family.bloom;
