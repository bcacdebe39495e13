/**
 * BART (Lewis et al. 2020), mBART (Liu et al. 2020) and Marian (Junczys-Dowmunt et al. 2018), which
 * differ in where norms stand, in positions and in how decoding starts.
 */
package org.attn4j.models.family.bart;
