/** Normalisation of features, inside attention mechanisms and between the layers of models. */
package org.attn4j.attention.norm;
