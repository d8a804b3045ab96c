import { z } from 'zod'

/**
 * What the Kubernetes example may say: the part of the API's shapes that it uses. An unknown member is a fault, since
 * the cluster would refuse it, or worse, drop it.
 */

const labels = z.record(z.string(), z.string())
const selector = z.strictObject({ matchLabels: labels })
const metadata = z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9-]*$/) })
const portNumber = z.int().min(1).max(65_535)

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.enum(['/healthz', '/readyz']), port: z.string() }),
  periodSeconds: z.int().positive(),
  timeoutSeconds: z.int().positive().optional(),
  failureThreshold: z.int().positive().optional(),
})

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  args: z.tuple([z.literal('--role'), z.enum(['api', 'worker'])]),
  envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: z.literal('parley') }) })),
  env: z
    .array(
      z.union([
        z.strictObject({ name: z.string(), value: z.string() }),
        z.strictObject({
          name: z.string(),
          valueFrom: z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.literal('status.hostIP') }) }),
        }),
      ]),
    )
    .default([]),
  ports: z.array(
    z.strictObject({
      name: z.string(),
      containerPort: portNumber,
      protocol: z.enum(['TCP', 'UDP']).optional(),
    }),
  ),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  lifecycle: z
    .strictObject({
      preStop: z.strictObject({ exec: z.strictObject({ command: z.array(z.string()) }) }),
    })
    .optional(),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
    limits: z.strictObject({ memory: z.string() }),
  }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
})

const pod = z.strictObject({
  automountServiceAccountToken: z.literal(false),
  hostNetwork: z.literal(true).optional(),
  dnsPolicy: z.literal('ClusterFirstWithHostNet').optional(),
  terminationGracePeriodSeconds: z.int().positive(),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    fsGroup: z.int().positive(),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  containers: z.tuple([container]),
  volumes: z.array(
    z.union([
      z.strictObject({ name: z.string(), persistentVolumeClaim: z.strictObject({ claimName: z.string() }) }),
      z.strictObject({ name: z.string(), emptyDir: z.strictObject({}) }),
    ]),
  ),
})

const rolling = z.strictObject({ maxSurge: z.int().min(0), maxUnavailable: z.int().min(0) })

export const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.int().min(2),
    strategy: z.strictObject({ type: z.literal('RollingUpdate'), rollingUpdate: rolling }).optional(),
    selector,
    template: z.strictObject({ metadata: z.strictObject({ labels }), spec: pod }),
  }),
})

const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    selector: labels,
    ports: z.array(z.strictObject({ name: z.string(), port: portNumber, targetPort: z.string() })),
  }),
})

const claim = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolumeClaim'),
  metadata,
  spec: z.strictObject({
    accessModes: z.tuple([z.literal('ReadWriteMany')]),
    resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
  }),
})

const budget = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.xor([
    z.strictObject({ minAvailable: z.int().positive(), selector }),
    z.strictObject({ maxUnavailable: z.int().positive(), selector }),
  ]),
})

export const manifest = z.discriminatedUnion('kind', [deployment, service, claim, budget])
export type Manifest = z.infer<typeof manifest>
export type Deployment = z.infer<typeof deployment>
