/** Configurations of training runs: YAML, built-in ones, and the corpora that they name. */
package org.attn4j.cli.config;
