/**
 * Normalisation of features, inside attention mechanisms and between the layers of models, and of
 * queries and keys.
 */
package org.attn4j.attention.norm;
