/** What {@code task:} of a training configuration may name; a package below for each kind. */
package org.attn4j.cli.task;
