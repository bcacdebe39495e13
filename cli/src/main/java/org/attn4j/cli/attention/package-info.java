/** The verbs that show what attends to what. */
package org.attn4j.cli.attention;
