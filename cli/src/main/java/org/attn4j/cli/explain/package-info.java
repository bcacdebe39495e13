/** Attention worked through step by step, on numbers that the blocks themselves tell. */
package org.attn4j.cli.explain;
