#!/usr/bin/env node
// sigstore-verify BUNDLE PUBLIC_KEY [FILE]: judges a key-signed sigstore bundle with @sigstore/verify, offline, without logs and
// timestamps. FILE is what a message signature is about. Exit status 0 when it is accepted, 1 when it is refused.
//
// './dev peers' installs this folder with 'npm ci --ignore-scripts' as node/ beside the peers' bin/, and links this file as
// bin/sigstore-verify.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const [bundleFile, keyFile, artifactFile] = process.argv.slice(2);
if (keyFile === undefined) {
  console.error('usage: sigstore-verify BUNDLE PUBLIC_KEY [FILE]');
  process.exit(2);
}
const publicKey = createPublicKey(readFileSync(keyFile));
const trust = toTrustMaterial(
  { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] },
  () => ({ publicKey, validFor: () => true }),
);
try {
  const bundle = bundleFromJSON(JSON.parse(readFileSync(bundleFile, 'utf8')));
  const artifact = artifactFile === undefined ? undefined : readFileSync(artifactFile);
  new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, tsaThreshold: 0 })
    .verify(toSignedEntity(bundle, artifact));
  console.log('accepted');
} catch (error) {
  console.log(`refused: ${error.name} ${error.code ?? ''} ${error.message}`);
  process.exit(1);
}
