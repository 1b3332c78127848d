// IAM's evaluation of a bucket's policy and of the caller's own, the part of it that buckets of anchors need. What it
// does not know is refused when the policy is set, so that no test passes by a condition nobody looked at.
import { Refusal } from './refusal.mjs';

export const caller = 'arn:aws:sts::123456789012:assumed-role/rack-gateway/rack-gateway';
const role = 'arn:aws:iam::123456789012:role/rack-gateway';
const keys = new Set([
  'aws:SecureTransport', 's3:object-lock-mode', 's3:object-lock-remaining-retention-days', 's3:x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id', 's3:if-none-match', 's3:prefix', 's3:max-keys',
]);

const list = (value) => (value === undefined ? [] : [value].flat());

function matches(pattern, text, flags = '') {
  const body = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${body}$`, `s${flags}`).test(text);
}

// Of one value that is there, against one of the policy's.
const compare = {
  StringEquals: (is, wanted) => is === wanted,
  StringEqualsIgnoreCase: (is, wanted) => is.toLowerCase() === wanted.toLowerCase(),
  StringLike: (is, wanted) => matches(wanted, is),
  ArnEquals: (is, wanted) => matches(wanted, is),
  ArnLike: (is, wanted) => matches(wanted, is),
  Bool: (is, wanted) => is === wanted.toLowerCase(),
  NumericEquals: (is, wanted) => Number(is) === Number(wanted),
  NumericLessThan: (is, wanted) => Number(is) < Number(wanted),
  NumericLessThanEquals: (is, wanted) => Number(is) <= Number(wanted),
  NumericGreaterThan: (is, wanted) => Number(is) > Number(wanted),
  NumericGreaterThanEquals: (is, wanted) => Number(is) >= Number(wanted),
};
const negated = {
  StringNotEquals: 'StringEquals', StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase', StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals', ArnNotLike: 'ArnLike', NumericNotEquals: 'NumericEquals',
};
const plainOperator = (operator) => operator.replace(/IfExists$/, '');

function holds(operator, value, wanted) {
  if (operator === 'Null') return list(wanted).some((w) => String(w) === String(value === undefined));
  const plain = plainOperator(operator);
  if (value === undefined) return operator !== plain || plain in negated;
  const positive = negated[plain] ?? plain;
  const any = list(wanted).some((w) => compare[positive](String(value), String(w)));
  return plain in negated ? !any : any;
}

function conditionHolds(condition, context) {
  return Object.entries(condition ?? {}).every(([operator, asked]) =>
    Object.entries(asked).every(([key, wanted]) => holds(operator, context[key], wanted)),
  );
}

function isCaller(principal) {
  const named = principal === '*' ? ['*'] : list(principal?.AWS);
  return named.some((one) => one === '*' || one === role || one === caller || one === 'arn:aws:iam::123456789012:root' || one === '123456789012');
}

function applies(statement, action, resource, context, ofBucket) {
  const who = !ofBucket || (statement.NotPrincipal ? !isCaller(statement.NotPrincipal) : isCaller(statement.Principal));
  const what = statement.Action
    ? list(statement.Action).some((pattern) => matches(pattern, action, 'i'))
    : !list(statement.NotAction).some((pattern) => matches(pattern, action, 'i'));
  const where = list(statement.Resource).some((pattern) => matches(pattern, resource));
  return who && what && where && conditionHolds(statement.Condition, context);
}

// Throws a Refusal when one of the actions is denied. Without a policy of its own the caller may do everything that the
// bucket does not deny.
export function checkPolicies({ bucket, identity }, actions, resource, context) {
  for (const action of actions) {
    const effects = (policy, ofBucket) =>
      list(policy?.Statement).filter((one) => applies(one, action, resource, context, ofBucket)).map((one) => one.Effect);
    const ofBucket = effects(bucket, true);
    const ofIdentity = effects(identity, false);
    const denied = [...ofBucket, ...ofIdentity].includes('Deny');
    const allowed = identity === undefined || [...ofBucket, ...ofIdentity].includes('Allow');
    if (denied || !allowed) {
      const why = denied ? 'with an explicit deny in a policy' : 'because no policy allows it';
      throw new Refusal(403, 'AccessDenied', `User: ${caller} is not authorized to perform: ${action} on resource: "${resource}" ${why}`);
    }
  }
}

// A policy's text to what is asked; undefined for "". Throws for what is not evaluated here.
export function readPolicy(text) {
  if (text === '') return undefined;
  const policy = JSON.parse(text);
  const known = new Set(['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'Condition']);
  for (const statement of list(policy.Statement)) {
    for (const name of Object.keys(statement)) if (!known.has(name)) throw new Error(`${name} is not evaluated`);
    if (!['Allow', 'Deny'].includes(statement.Effect)) throw new Error(`no Effect ${statement.Effect}`);
    for (const [operator, asked] of Object.entries(statement.Condition ?? {})) {
      const plain = plainOperator(operator);
      if (operator !== 'Null' && !(plain in compare) && !(plain in negated)) throw new Error(`${operator} is not evaluated`);
      for (const key of Object.keys(asked)) if (!keys.has(key)) throw new Error(`${key} is not evaluated`);
    }
  }
  return policy;
}
