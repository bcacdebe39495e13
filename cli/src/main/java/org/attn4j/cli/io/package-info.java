/** What the verbs read and print, how they fail, and the processes they start. */
package org.attn4j.cli.io;
