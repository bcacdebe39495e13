/**
 * Longformer (Beltagy et al. 2020, "Longformer: The Long-Document Transformer"): RoBERTa with a
 * window of attention that slides along the text, and global tokens that see and are seen by all.
 */
package org.attn4j.models.family.longformer;
