/** The page a run leaves: curves, scores, translations and what attended to what. */
package org.attn4j.cli.report;
