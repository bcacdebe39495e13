/**
 * Recurrent sequence-to-sequence models that attend at each step: those of Bahdanau et al. 2015 and
 * Luong et al. 2015, with any attention mechanism that stands between a decoder and its source.
 */
package org.attn4j.models.family.recurrent;
