/**
 * What reaches out of the process, for models and corpora alike: downloads that always end, the
 * proxies and folders that the environment names, locks and digests of files.
 */
package org.attn4j.io;
