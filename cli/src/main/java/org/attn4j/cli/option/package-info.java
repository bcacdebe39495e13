/** Options that several verbs have, as picocli's mixins. */
package org.attn4j.cli.option;
