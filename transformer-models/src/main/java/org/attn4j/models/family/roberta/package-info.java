/**
 * RoBERTa (Liu et al. 2019, "RoBERTa: A Robustly Optimized BERT Pretraining Approach") and XLM-R
 * (Conneau et al. 2020, "Unsupervised Cross-lingual Representation Learning at Scale"): BERT's
 * layers, positions that are counted past the padding, and heads of their own.
 */
package org.attn4j.models.family.roberta;
