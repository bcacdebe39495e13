/**
 * Big Bird (Zaheer et al. 2020, "Big Bird: Transformers for Longer Sequences"): BERT in which
 * blocks of tokens see their neighbours, the first and the last block, and a few random blocks.
 */
package org.attn4j.models.family.bigbird;
