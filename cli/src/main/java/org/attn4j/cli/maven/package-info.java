/** Sentence models from Maven repositories, for machines that reach no other. */
package org.attn4j.cli.maven;
