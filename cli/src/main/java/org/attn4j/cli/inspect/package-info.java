/** The verbs that look into a model. */
package org.attn4j.cli.inspect;
