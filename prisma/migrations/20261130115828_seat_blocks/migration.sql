-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "seatsBlocked" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "SeatBlock" (
    "accountId" UUID NOT NULL,
    "id" UUID NOT NULL,
    "serial" SERIAL NOT NULL,
    "sessionId" UUID NOT NULL,
    "seats" INTEGER NOT NULL,
    "reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SeatBlock_pkey" PRIMARY KEY ("accountId","id")
);

-- CreateIndex
CREATE INDEX "SeatBlock_accountId_sessionId_idx" ON "SeatBlock"("accountId", "sessionId");

-- CreateIndex
CREATE INDEX "SeatBlock_accountId_createdAt_id_idx" ON "SeatBlock"("accountId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "SeatBlock_accountId_serial_key" ON "SeatBlock"("accountId", "serial");

-- AddForeignKey
ALTER TABLE "SeatBlock" ADD CONSTRAINT "SeatBlock_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SeatBlock" ADD CONSTRAINT "SeatBlock_accountId_sessionId_fkey" FOREIGN KEY ("accountId", "sessionId") REFERENCES "Session"("accountId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "SeatBlock" ADD CONSTRAINT "SeatBlock_seats" CHECK ("seats" >= 1);

-- A session never has more seats taken than it has, nor any that is set aside.
ALTER TABLE "Session"
  DROP CONSTRAINT "Session_seats",
  ADD CONSTRAINT "Session_seats" CHECK (
    "seatsTaken" >= 0 AND "seatsHeld" >= 0 AND "seatsBlocked" >= 0
    AND "seatsTaken" + "seatsHeld" + "seatsBlocked" <= "capacity"
  );
