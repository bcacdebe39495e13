/** Normalisation of features inside attention mechanisms. */
package org.attn4j.attention.norm;
